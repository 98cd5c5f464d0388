/** Files taken into the bundle as they are (Vite's `?raw`). */
declare module '*?raw' {
  const text: string;
  export default text;
}
