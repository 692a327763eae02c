/** The web interface's build. Run from the project's root, which holds the only package.json. */
import { fileURLToPath } from 'node:url';
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter({ out: 'web/build' }),
      outDir: 'web/.svelte-kit',
      files: {
        src: 'web/src',
        assets: 'web/static',
        routes: 'web/src/routes',
        appTemplate: 'web/src/app.html',
        hooks: { universal: 'web/src/hooks', server: 'web/src/hooks.server' },
      },
      csp: {
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          'style-src': ['self', 'unsafe-inline'],
          'img-src': ['self', 'data:'],
          'connect-src': ['self'],
          'object-src': ['none'],
          'base-uri': ['none'],
          'frame-ancestors': ['self'],
        },
      },
      // Signing in is a JSON request of our own; there are no form posts to protect.
      csrf: { trustedOrigins: [] },
    }),
  ],
  server: { fs: { allow: [here('..')] } },
  build: { target: 'es2022' },
});
