import { mount } from 'svelte';
import './app/app.css';
import './app/parts.css';
import './app/forced-colors.css';
import App from './app/App.svelte';
import { reloadForThreads } from './app/isolation';
import { fetchPage } from './app/pages/pages';
import { pageAt } from './app/routes.svelte';
import { needTexts } from './services/locale.svelte';
import { Preferences } from './services/preferences.svelte';

await reloadForThreads();
const preferences = new Preferences();
// Fetched beside the texts of the shell; the page itself says where it cannot be fetched.
fetchPage(pageAt(location.hash)).catch(() => undefined);
await needTexts(['shell']);
mount(App, { target: document.getElementById('app')!, props: { preferences } });
