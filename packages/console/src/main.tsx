// Where the page starts.

import { render } from 'preact';
import { App } from './app.tsx';
import { MonitorStore } from './live/monitor-store.ts';
import { MonitorContext } from './live/use-monitor.ts';
import { applyRememberedTheme } from './theme/theme.ts';
import './theme/theme.css';
import './theme/frame.css';
import './theme/targets.css';
import './theme/cards.css';

applyRememberedTheme();
const store = new MonitorStore();
const page = document.getElementById('page');
if (page === null) throw new Error('index.html has no element with the id "page"');
render(
  <MonitorContext.Provider value={store}>
    <App />
  </MonitorContext.Provider>,
  page,
);
store.start();
