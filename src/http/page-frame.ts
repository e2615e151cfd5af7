import { createHash } from 'node:crypto';
import type { Language } from '../domain/language.ts';
import { escapeMarkup } from './markup.ts';

const STYLE = `:root{color-scheme:light dark}
body{font:1.125rem/1.5 system-ui,sans-serif;max-width:28rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.75rem;margin:0 0 .25rem}p{margin:.5rem 0}
button{display:block;width:100%;min-height:3.5rem;margin:.75rem 0;font:inherit;font-weight:600;border:2px solid currentColor;border-radius:.75rem;background:none;color:inherit;cursor:pointer}
button.first{background:#0b5d3b;border-color:#0b5d3b;color:#fff}
button:focus-visible{outline:3px solid #1a73e8;outline-offset:2px}`;

/** Nothing is loaded, nothing is sent elsewhere, nobody may frame the page or keep it. */
export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
};

/** Sends the field `name`. `isMain`: the one most people want. */
interface Button {
  name: string;
  value: string;
  label: string;
  isMain: boolean;
}

/** A small page that needs nothing else: text, and the buttons of one form. */
export function page(language: Language, heading: string, lines: string[], buttons: Button[] = []): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeMarkup(heading)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeMarkup(heading)}</h1>
<div role="status">${lines.map((line) => `<p>${escapeMarkup(line)}</p>`).join('')}</div>
${formOf(buttons)}</main></body></html>
`;
}

function formOf(buttons: Button[]): string {
  if (buttons.length === 0) return '';
  const button = ({ name, value, label, isMain }: Button) =>
    `<button${isMain ? ' class="first"' : ''} name="${name}" value="${value}">${escapeMarkup(label)}</button>`;
  return `<form method="post">${buttons.map(button).join('')}</form>`;
}
