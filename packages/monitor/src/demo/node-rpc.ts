// Calls to the demo's node, each with a time limit.

import { SteadyClock } from '../model/clock.ts';
import { JsonRpcClient, type RpcCall } from '../sources/probes/evm/json-rpc-client.ts';

const ANSWER_WITHIN_MS = 5000;
/** A dump of the state is the largest answer. */
const BODY_LIMIT_BYTES = 256 * 1024 * 1024;

export class NodeRpc {
  readonly #client: JsonRpcClient;

  constructor(url: string) {
    this.#client = new JsonRpcClient({
      url: new URL(url),
      bodyLimitBytes: BODY_LIMIT_BYTES,
      clock: new SteadyClock(),
    });
  }

  /** @throws when the node does not answer in time, or answers with an error. */
  async call(method: string, params: readonly unknown[] = [], signal?: AbortSignal): Promise<unknown> {
    const [result] = await this.batch([{ method, params }], signal);
    return result;
  }

  /** The results in the order of the calls. @throws as `call`, when any of them is an error. */
  async batch(calls: readonly RpcCall[], signal?: AbortSignal): Promise<readonly unknown[]> {
    const timeout = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answers = await this.#client.request(
      calls,
      signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    );
    return answers.map((answer, index) => {
      if ('result' in answer) return answer.result;
      throw new Error(`${calls[index]?.method} was answered with error ${answer.error.code}: ${answer.error.message}`);
    });
  }
}
