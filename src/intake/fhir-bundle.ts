import { type Element, element, firstLine, isElement } from './fhir-read.ts';

/** One resource of a file. */
export interface Entry {
  resource: Element;
  type: string;
  /** `Type/id`, or `Type#n` by its place in the file when it has no id of its own. */
  name: string;
  /** What other resources of the file may call it. */
  references: string[];
}

interface Refused {
  resource: string;
  path: string;
  detail: string;
}

/** Bundles may hold Bundles, so deep and no deeper. */
const DEEPEST = 4;

/** All resources of the input, Bundles and lists unpacked; what is no resource, or comes twice, is refused. */
export function entriesOf(input: unknown): { entries: Entry[]; refused: Refused[] } {
  const found: { resource: Element; fullUrl?: string | undefined }[] = [];
  const refused: Refused[] = [];
  const unpack = (value: unknown, path: string, fullUrl: string | undefined, depth: number): void => {
    if (depth > DEEPEST)
      refused.push({ resource: path, path, detail: 'nested too deep: send the inner Bundle by itself' });
    else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) unpack(item, `${path}[${i}]`, undefined, depth + 1);
    } else if (!isElement(value) || typeof value.resourceType !== 'string') {
      refused.push({ resource: path, path, detail: 'not a FHIR resource: it has no resourceType' });
    } else if (value.resourceType === 'Bundle') {
      const list = Array.isArray(value.entry) ? value.entry.map(element) : [];
      if (value.entry !== undefined && !Array.isArray(value.entry)) {
        refused.push({ resource: path, path: `${path}.entry`, detail: 'not a list of entries' });
      }
      for (const [i, entry] of list.entries()) {
        unpack(entry.resource, `${path}.entry[${i}].resource`, firstLine(entry.fullUrl), depth + 1);
      }
    } else found.push({ resource: value, fullUrl });
  };
  unpack(input, '$', undefined, 0);
  return { entries: distinct(found, refused), refused };
}

function distinct(found: { resource: Element; fullUrl?: string | undefined }[], refused: Refused[]): Entry[] {
  const seen = new Set<string>();
  return found.flatMap(({ resource, fullUrl }, i) => {
    const type = resource.resourceType as string;
    const id = firstLine(resource.id);
    const name = `${type}${id ? `/${id}` : `#${i}`}`.slice(0, 200);
    if (seen.has(name)) {
      refused.push({
        resource: name,
        path: `${type}.id`,
        detail: 'the file has this resource twice: keep the current one',
      });
      return [];
    }
    seen.add(name);
    return [{ resource, type, name, references: [name, ...(fullUrl ? [fullUrl] : [])] }];
  });
}

/** The entry that a Reference's text names: by its own URL, or by `Type/id` at the end of it, whatever the version. */
export function lookUp<T>(reference: string, known: Map<string, T>): T | undefined {
  const plain = reference.replace(/\/_history\/[^/]+$/, '');
  if (known.has(plain)) return known.get(plain);
  return known.get(plain.split('/').slice(-2).join('/'));
}
