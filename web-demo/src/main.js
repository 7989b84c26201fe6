// Starts the page. What only a signed-in user needs is fetched when somebody is signed in.
import { html, render, useEffect, useLayoutEffect, useState } from './lib.js';
import { useStore } from './store.js';
import { session } from './net/session.js';
import { language } from './i18n/index.js';
import { explainWith } from './notices.js';
import { comeBack } from './net/provider.js';
import { explain } from './shell/explain.js';
import { SignIn } from './shell/sign-in.js';

explainWith(explain);

function App() {
  const { signedIn } = useStore(session);
  const lang = useStore(language);
  const [Workspace, setWorkspace] = useState(null);
  useLayoutEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  useEffect(() => {
    if (signedIn && !Workspace) import('./shell/workspace.js').then((module) => setWorkspace(() => module.Workspace));
  }, [signedIn]);
  if (!signedIn) return html`<${SignIn} />`;
  return Workspace ? html`<${Workspace} />` : null;
}

await comeBack();
render(html`<${App} />`, document.getElementById('app'));
