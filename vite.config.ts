import { defineConfig } from 'vite';

/** The chat page: src/bots/web/page → dist/page. Nothing is inlined, so that the content security policy can forbid it. */
export default defineConfig({
  root: 'src/bots/web/page',
  base: './',
  build: {
    outDir: '../../../../dist/page',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
