// The directions that ARCHITECTURE.md states, as rules.

const MONITOR = 'packages/monitor/src';
/** Of the instrument library: what may use Node's own modules. */
const NODE_PARTS = 'runtime|server|push';
const TESTS = '\\.(test|bench)\\.tsx?$|/(testdata|testing)/|/compliance\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle, types included, means that two files are one thing in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'instrument-stands-alone',
      comment: 'A node links the library in: it depends on nothing, and its core runs in any JavaScript runtime.',
      severity: 'error',
      from: { path: '^packages/instrument/src', pathNot: `^packages/instrument/src/(${NODE_PARTS})/|${TESTS}` },
      to: { pathNot: '^packages/instrument/src' },
    },
    {
      name: 'instrument-needs-node-alone',
      comment: 'Its parts for Node (threads, server, push) may use Node, and nothing else.',
      severity: 'error',
      from: { path: `^packages/instrument/src/(${NODE_PARTS})/`, pathNot: TESTS },
      to: { pathNot: '^packages/instrument/src', dependencyTypesNot: ['core'] },
    },
    {
      name: 'instrument-core-imports-no-part',
      comment: 'What runs anywhere never leads to what needs Node; the drop-in for a library of Node may.',
      severity: 'error',
      from: {
        path: '^packages/instrument/src',
        pathNot: `^packages/instrument/src/(${NODE_PARTS}|test-kit|bridges/prom-client)/|${TESTS}`,
      },
      to: { path: `^packages/instrument/src/(${NODE_PARTS})/` },
    },
    {
      name: 'stores-are-hidden',
      comment: 'Everybody sees storage/interface.ts; only the roots and tests construct a store.',
      severity: 'error',
      from: { path: `^${MONITOR}`, pathNot: `^${MONITOR}/(storage/(embedded|remote)/|app/)|${TESTS}` },
      to: { path: `^${MONITOR}/storage/(embedded|remote)/` },
    },
    {
      name: 'sqlite-knows-no-store',
      comment: 'What both stores share depends on neither.',
      severity: 'error',
      from: { path: `^${MONITOR}/storage/sqlite/`, pathNot: TESTS },
      to: { path: `^${MONITOR}/storage/(embedded|remote)/` },
    },
    {
      name: 'stores-know-no-other',
      comment: 'The two stores share storage/sqlite/ and nothing else.',
      severity: 'error',
      from: { path: `^${MONITOR}/storage/(embedded|remote)/`, pathNot: TESTS },
      to: { path: `^${MONITOR}/storage/(embedded|remote)/`, pathNot: `^${MONITOR}/storage/$1/` },
    },
    {
      name: 'promql-is-hidden',
      comment:
        'Everybody sees promql/interface.ts; inspect.ts is for those who keep expressions; selectors are parsed for the API and their expressions bounded, names are quoted for people.',
      severity: 'error',
      from: { path: `^${MONITOR}`, pathNot: `^${MONITOR}/(promql/|app/)|${TESTS}` },
      to: {
        path: `^${MONITOR}/promql/`,
        pathNot: `^${MONITOR}/promql/(interface|inspect|selector|expression-sizes|go-text)\\.ts$`,
      },
    },
    {
      name: 'sources-know-the-appender-alone',
      comment: 'No source knows the store, the server or PromQL.',
      severity: 'error',
      from: { path: `^${MONITOR}/sources/`, pathNot: TESTS },
      to: {
        path: `^${MONITOR}/`,
        pathNot: `^${MONITOR}/(sources|model|encoding)/|^${MONITOR}/(storage/interface|version)\\.ts$`,
      },
    },
    {
      name: 'model-is-the-ground',
      comment: 'The words that every folder uses depend on no folder.',
      severity: 'error',
      from: { path: `^${MONITOR}/model/`, pathNot: TESTS },
      to: { path: `^packages/`, pathNot: `^${MONITOR}/model/` },
    },
    {
      name: 'encodings-know-the-model-alone',
      comment: 'What others define knows nobody who reads or writes it.',
      severity: 'error',
      from: { path: `^${MONITOR}/encoding/`, pathNot: TESTS },
      to: { path: `^packages/`, pathNot: `^${MONITOR}/(encoding|model)/` },
    },
    {
      name: 'storage-depends-on-the-model-alone',
      comment: 'Beside the encodings; a remote engine evaluates queries itself: it is a QueryEngine too.',
      severity: 'error',
      from: { path: `^${MONITOR}/storage/`, pathNot: TESTS },
      to: { path: `^${MONITOR}/`, pathNot: `^${MONITOR}/(storage|model|encoding)/|^${MONITOR}/promql/interface\\.ts$` },
    },
    {
      name: 'only-roots-wire',
      comment: 'app/ constructs, and commands start it; nobody else imports it.',
      severity: 'error',
      from: { path: `^${MONITOR}`, pathNot: `^${MONITOR}/(cli|app)/|${TESTS}` },
      to: { path: `^${MONITOR}/app/` },
    },
    {
      name: 'page-sees-the-wire-alone',
      comment: 'The page imports the types of the API and nothing else of the monitor.',
      severity: 'error',
      from: { path: '^packages/console/src' },
      to: { path: '^packages/(monitor|instrument)/', pathNot: `^${MONITOR}/server/wire\\.ts$` },
    },
    {
      name: 'wire-is-types-alone',
      severity: 'error',
      from: { path: `^${MONITOR}/server/wire\\.ts$` },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '(^|/)(node_modules|dist)/' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      conditionNames: ['@chainpulse/source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  },
};
