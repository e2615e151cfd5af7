import { Liquid } from 'liquidjs';

/** Beyond these a text is no message: a tenant's mistake must not slow everybody's. */
const LIMITS = { parseLimit: 2000, renderLimit: 50, memoryLimit: 20_000 };
const TAGS = new Set(['if', 'unless', 'case']);
const FILTERS = new Set(['upcase', 'downcase', 'capitalize']);

/** Conditions and three filters: no loops, no includes, nothing that costs more than its own length. */
const liquid = new Liquid({ strictFilters: true, ownPropertyOnly: true, ...LIMITS });
only(liquid.tags, TAGS);
only(liquid.filters, FILTERS);

function only(known: Record<string, unknown>, wanted: Set<string>): void {
  for (const name of Object.keys(known)) if (!wanted.has(name)) delete known[name];
}

/**
 * The template with its values, runs of spaces made one. A value that is absent, or empty, is nothing, also to an `if` (to which
 * Liquid takes an empty text for something). Throws when it does not parse.
 */
export function fill(template: string, values: Record<string, string>): string {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
  return liquid.parseAndRenderSync(template, given).replace(/ {2,}/g, ' ').trim();
}

/** The names of the variables a template uses. Throws, saying why, when it does not parse. */
export function variablesOf(template: string): string[] {
  return liquid.globalVariablesSync(liquid.parse(template));
}
