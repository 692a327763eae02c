/** The arrows of ARCHITECTURE.md: what each folder may import. Types may be imported anywhere: they tie nothing at run time. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, ROOT } from './setup/files.ts';

/** Folders that a part of the server may use besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'server/contract': [],
  'server/lib': [],
  'server/domain': ['server/contract'],
  web: ['server/contract'],
};
/** Any other part: these, its own folder, and nothing else. */
const COMMON = ['server/contract', 'server/domain', 'server/lib', 'server/config.ts'];
/** What stands in `server` itself (`main.ts` and its helpers) joins the parts, and so does the command line. */
const isJoiner = (file: string): boolean =>
  (/^server\/[^/]+$/.test(file) && file !== 'server/config.ts') || inside(file, 'server/cli');

interface Import {
  readonly file: string;
  readonly target: string;
  readonly type_only: boolean;
}

const IMPORT =
  /(?:^|[;\n])\s*(?<what>import|export)\s+(?<type>type\s)?(?:[^'";]*?\sfrom\s*)?['"](?<static>[^'"]+)['"]|import\(\s*['"](?<dynamic>[^'"]+)['"]/g;
const ALIASES: Readonly<Record<string, string>> = {
  '#contract/': 'server/contract/',
  '#lib/': 'web/src/lib/',
};

/** What a file imports of ours, as paths from the root. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].flatMap((match) => {
    const { type, static: fixed, dynamic } = match.groups ?? {};
    const name = fixed ?? dynamic ?? '';
    const type_only = type !== undefined;
    for (const [alias, folder] of Object.entries(ALIASES)) {
      if (name.startsWith(alias)) return [{ file, target: folder + name.slice(alias.length), type_only }];
    }
    if (!name.startsWith('.')) return [];
    const target = relative(ROOT, resolve(ROOT, dirname(file), name)).replaceAll('\\', '/');
    return [{ file, target, type_only }];
  });
}

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
/** `server/ingest/telephone/queue-log.ts` belongs to `server/ingest`, `web/src/…` to `web`. */
const partOf = (file: string): string => {
  const [top = '', second = ''] = file.split('/');
  return top === 'server' ? `${top}/${second}` : top;
};

function mayImport({ file, target, type_only }: Import): boolean {
  const part = partOf(file);
  if (inside(target, part) || isJoiner(file)) return true;
  const strict = ALLOWED[part];
  if (strict !== undefined) return strict.some((folder) => inside(target, folder));
  return type_only || COMMON.some((folder) => inside(target, folder));
}

const files = projectFiles().filter(
  (file) => /\.(ts|mjs|svelte|js)$/.test(file) && (inside(file, 'server') || inside(file, 'web')),
);

describe('the arrows between the parts', () => {
  it('are kept by every import', () => {
    const wrong = files
      .flatMap(importsOf)
      .filter((one) => !mayImport(one))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  it('are read from what the files say', () => {
    expect(importsOf('server/store/open.ts').map((one) => one.target)).toEqual(
      expect.arrayContaining(['server/lib/logger.ts', 'server/store/native.ts', 'server/store/embedded.ts']),
    );
    expect(mayImport({ file: 'server/domain/a.ts', target: 'server/lib/clock.ts', type_only: false })).toBe(
      false,
    );
    expect(mayImport({ file: 'server/live/a.ts', target: 'server/store/events.ts', type_only: false })).toBe(
      false,
    );
    const open311 = { file: 'server/open311/a.ts', target: 'server/ingest/intake.ts' };
    expect(mayImport({ ...open311, type_only: true })).toBe(true);
    expect(mayImport({ ...open311, type_only: false })).toBe(false);
    expect(mayImport({ file: 'web/src/a.ts', target: 'server/live/state.ts', type_only: true })).toBe(false);
  });
});
