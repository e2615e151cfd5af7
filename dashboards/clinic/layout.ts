import { type Content, html } from './html.ts';
import type { View } from './view.ts';

/** Seconds between reloads of a live page where scripts do not run. */
const RELOAD_SECONDS = 60;

/** A whole page. `script`: parts of it are kept up to date; `live`: it reloads by itself where scripts do not run. */
export function page(
  view: View,
  { title, live = false, script = live }: { title: string; live?: boolean; script?: boolean },
  content: Content,
): string {
  const { language, texts, by } = view;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · dosebell</title>
<link rel="stylesheet" href="/clinic/clinic.css">
${live && html`<noscript><meta http-equiv="refresh" content="${RELOAD_SECONDS}"></noscript>`}
${script && html`<script src="/clinic/clinic.js" defer></script>`}
</head>
<body>
<a class="skip" href="#content">${texts.skipToContent}</a>
<header class="top"><div class="wide">
<a class="brand" href="/clinic/cases">dosebell</a>
${by !== null && html`<form method="post" action="/clinic/sign-out"><span class="who">${by}</span><button class="quiet">${texts.signOut}</button></form>`}
</div></header>
<main id="content" class="wide" tabindex="-1">
${content}
</main>
</body>
</html>
`.markup;
}

/** A message above the page's content, read aloud when the page opens. */
export function notice(text: string | null): Content {
  return text !== null && html`<p class="notice" role="alert">${text}</p>`;
}
