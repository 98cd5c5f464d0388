/** Loads the state, then draws the window. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/inter/wght-italic.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { failureOf } from './bridge.ts';
import { hydrate } from './stores/hydrate.ts';
import { useNotices } from './stores/notices.ts';

const app = createApp(App);
app.use(createPinia());
app.config.errorHandler = (error) => {
  console.error(error);
  useNotices().fail(error, 'Something in this window went wrong');
};
hydrate()
  .catch((error: unknown) => {
    useNotices().show({
      tone: 'error',
      title: 'Hoplab could not read its state',
      text: failureOf(error).message,
    });
  })
  .finally(() => {
    app.mount('#app');
  });
