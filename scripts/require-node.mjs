// Stops with a mend when the pinned Node is not the one running: `npm ci --ignore-scripts` leaves it out silently.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `Chainpulse needs Node 24 or newer, and this is ${process.versions.node}.\n` +
      'Run `npm ci` without --ignore-scripts: it installs Node 24 into node_modules, and npm scripts use that one.\n',
  );
  process.exit(1);
}
