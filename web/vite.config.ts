/** The web interface's build. Run from the project's root, which holds the only package.json. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Lets the browser import `server/contract`, and nothing else of the server. SvelteKit refuses every file in a folder
 * named `server`; the contract is what both sides share, so its modules get a name of their own.
 */
function contract(): Plugin {
  const PREFIX = 'vigie-contract:';
  return {
    name: 'vigie-contract',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source.startsWith('#contract/')) return PREFIX + source.slice('#contract/'.length);
      if (importer?.startsWith(PREFIX) && source.startsWith('./')) return PREFIX + source.slice(2);
      return null;
    },
    async load(id) {
      if (!id.startsWith(PREFIX)) return null;
      const file = here(`../server/contract/${id.slice(PREFIX.length)}`);
      this.addWatchFile(file);
      return await readFile(file, 'utf8');
    },
  };
}

export default defineConfig({
  plugins: [
    contract(),
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
