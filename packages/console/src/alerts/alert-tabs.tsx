// From the alerts to the rules and back.

export function AlertTabs({ current }: { readonly current: 'alerts' | 'rules' }) {
  return (
    <nav class="choice" aria-label="Alerts or rules">
      <a href="#/alerts" {...(current === 'alerts' ? { 'aria-current': 'page' as const } : {})}>
        Alerts
      </a>
      <a href="#/rules" {...(current === 'rules' ? { 'aria-current': 'page' as const } : {})}>
        Rules
      </a>
    </nav>
  );
}
