import { expect, test } from 'vitest';
import { type Content, html } from './html.ts';

test.each<[string, Content, string]>([
  ['text', `<script>alert("x")</script> & 'y'`, '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;'],
  ['a number', 3, '3'],
  ['markup made by html', html`<b>${'<'}</b>`, '<b>&lt;</b>'],
  ['a list', [html`<i></i>`, '<', ['>', null]], '<i></i>&lt;&gt;'],
  ['null', null, ''],
  ['false', false, ''],
  ['what looks like markup of html', { markup: '<b>' } as never, '[object Object]'],
])('%s inside a template', (_name, value, expected) => {
  expect(html`<p title="${value}">`.markup).toBe(`<p title="${expected}">`);
});

test('backslashes in the template stay as they are meant', () => {
  expect(html`a\nb${'\\'}`.markup).toBe('a\nb\\');
});
