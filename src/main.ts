import { mount } from 'svelte';
import './app/app.css';
import './app/forced-colors.css';
import App from './app/App.svelte';
import { reloadForThreads } from './app/isolation';

await reloadForThreads();
mount(App, { target: document.getElementById('app')! });
