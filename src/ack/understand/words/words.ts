/**
 * The words of one language: a class (what the grammar calls it) → its words, after folding (lower case, no accents).
 * Entries are separated by commas. In an entry "a/b" is a choice, "_" is nothing, "vomit*" is every word that begins so.
 */
export type Words = Record<string, string>;
