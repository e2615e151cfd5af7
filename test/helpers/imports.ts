import { posix } from 'node:path';

/** One import of a file of ours: `to` is our file's path, or the name of a package (`node:fs`, `luxon`). */
interface Import {
  from: string;
  to: string;
  /** `import type`: gone when the program runs. */
  typeOnly: boolean;
}

/** What a layer may use: other layers by name, and packages (all, when not given). */
export type Layer = { folder: string; layers: string[]; packages?: string[] };

const SPECIFIER =
  /(?:^|[;\n])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

/** Every import of these files (path from the repository's root → text), type-only and dynamic ones included. */
export function importsOf(files: Map<string, string>): Import[] {
  return [...files].flatMap(([from, text]) =>
    [...text.matchAll(SPECIFIER)].map((match) => ({
      from,
      to: resolve(from, (match[1] ?? match[2]) as string),
      typeOnly: /^[;\s]*(?:import|export)\s+type\b/.test(match[0]),
    })),
  );
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1);
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
}

/** The imports the table does not allow, each as one line. A file outside every layer may neither import nor be imported. */
export function violations(imports: Import[], table: Record<string, Layer>): string[] {
  return imports.flatMap(({ from, to }) => {
    const layer = layerOf(from, table);
    if (layer === undefined) return [`${from} belongs to no layer`];
    const { layers, packages } = table[layer] as Layer;
    const isOurs = /\.(ts|mjs)$/.test(to);
    const target = isOurs ? layerOf(to, table) : undefined;
    const allowed = isOurs
      ? target === layer || (target !== undefined && layers.includes(target))
      : (packages?.includes(to) ?? true);
    return allowed ? [] : [`${from} (${layer}) imports ${to}${target === undefined ? '' : ` (${target})`}`];
  });
}

/** The layer with the longest folder that holds the file: `src` itself holds only its own files. */
function layerOf(file: string, table: Record<string, Layer>): string | undefined {
  const holders = Object.entries(table).filter(([, { folder }]) =>
    folder === 'src' ? posix.dirname(file) === 'src' : file.startsWith(`${folder}/`),
  );
  return holders.sort(([, a], [, b]) => b.folder.length - a.folder.length)[0]?.[0];
}

/** The circles among these nodes, each as `a → b → a`: one for every edge that closes one. */
export function cycles(edges: { from: string; to: string }[]): string[] {
  const next = Map.groupBy(edges, (edge) => edge.from);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (node: string, path: string[]): void => {
    const seen = path.indexOf(node);
    if (seen >= 0) found.push([...path.slice(seen), node].join(' → '));
    if (seen >= 0 || done.has(node)) return;
    for (const { to } of next.get(node) ?? []) walk(to, [...path, node]);
    done.add(node);
  };
  for (const node of next.keys()) walk(node, []);
  return found;
}
