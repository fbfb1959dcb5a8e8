// Looks at the pages that lead to the bytes of chunks, not at the bytes, which takes too long for a large file. Whoever
// writes into a table of which some pages are damaged, or belong to another table, may put what is sound out of reach.
// Invariant: each row of `chunk_data` is one of a chunk, a discarded or a quarantined one, and is found by its id. A page that
// took the place of another brings rows that are none, are found elsewhere, or have another length; so does a wrong id above.

import type { DatabaseSync } from 'node:sqlite';
import { integerCell } from '../sqlite/cells.ts';
import { DamagedBytes } from '../sqlite/failures.ts';

/** A row that is not there is no reason to refuse: a chunk without bytes is put into quarantine when it is read. */
const COMPARE = `
SELECT (SELECT count(*) FROM chunk_data) AS rows, count(d.id) AS found,
  count(CASE WHEN d.id IS NOT NULL AND size_bytes IS NOT NULL AND length(data) IS NOT size_bytes THEN 1 END) AS wrong
FROM (
  SELECT id, size_bytes FROM chunks UNION ALL SELECT id, size_bytes FROM discarded UNION ALL SELECT id, NULL FROM quarantine
) known LEFT JOIN chunk_data d ON d.id = known.id`;

/** After the other tables were verified. @throws {DamagedBytes}, and what SQLite throws of damaged pages. */
export function verifyChunkTree(connection: DatabaseSync): void {
  const row = connection.prepare(COMPARE).get() ?? {};
  const rows = integerCell(row, 'rows');
  const found = integerCell(row, 'found');
  const wrong = integerCell(row, 'wrong');
  if (rows !== found) throw new DamagedBytes(`chunk_data has ${rows} rows, of which ${found} are of chunks`);
  if (wrong > 0) throw new DamagedBytes(`${wrong} rows of chunk_data do not have the length that was written`);
}
