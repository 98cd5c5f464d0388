/** Style sheets are imported for what they do. Components, for tools that do not read `.vue` themselves. */
declare module '*.css';

declare module '*.vue' {
  import type { Component } from 'vue';
  const component: Component;
  export default component;
}
