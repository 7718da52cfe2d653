/** The page's style sheet and its script: both are within the page, which loads nothing. */

export const style = `
:root { color-scheme: light dark; --text: #1c2024; --soft: #60646c; --line: #e0e1e6; --page: #fff; --panel: #f7f8fa;
  --link: #0b5cad; --get: #0b6e4f; --post: #0b5cad; --put: #8a5a00; --delete: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #9ba1a8; --line: #2e3338; --page: #111315;
  --panel: #191c1f; --link: #7cb7ff; --get: #5cc9a2; --post: #7cb7ff; --put: #e0b25c; --delete: #ff8a80; } }
* { box-sizing: border-box }
html { scroll-padding-top: 1rem }
body { margin: 0; color: var(--text); background: var(--page); font: 15px/1.55 system-ui, sans-serif;
  display: grid; grid-template-columns: 19rem minmax(0, 1fr) }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.25rem; border-right: 1px solid var(--line);
  background: var(--panel); font-size: 13.5px }
nav h2 { font-size: 12px; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 1.25rem 0 .25rem }
nav .method { width: 3.6rem; font-size: 11px }
nav a { display: block; color: inherit; padding: .1rem 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
input { width: 100%; font: inherit; padding: .45rem .6rem; color: inherit; background: var(--page);
  border: 1px solid var(--line); border-radius: 6px }
main { padding: 1.5rem clamp(1rem, 4vw, 3rem) 6rem; max-width: 66rem }
section h2::first-letter { text-transform: uppercase }
h1 { font-size: 1.7rem; margin: 0 0 .5rem } h1 small { font-size: 1rem; color: var(--soft); font-weight: 400 }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .6rem } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem }
h4 { font-size: 12px; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 1rem 0 .3rem }
a { color: var(--link); text-decoration: none } a:hover { text-decoration: underline }
code, pre { font: 13px/1.5 ui-monospace, monospace } p code { background: var(--panel); padding: .1em .3em; border-radius: 4px }
pre { margin: .3rem 0; padding: .75rem .9rem; overflow: auto; background: var(--panel); border: 1px solid var(--line); border-radius: 6px }
.entry { border: 1px solid var(--line); border-radius: 8px; margin: .4rem 0; padding: 0 .9rem }
.entry[open] { padding-bottom: .9rem }
summary { cursor: pointer; padding: .5rem 0; list-style: none; overflow-wrap: anywhere }
summary::-webkit-details-marker { display: none } summary span { color: var(--soft); margin-left: .5rem }
.method { display: inline-block; width: 4.2rem; font: 600 12px ui-monospace, monospace; color: var(--get) }
.post { color: var(--post) } .put, .patch { color: var(--put) } .delete { color: var(--delete) }
table { border-collapse: collapse; width: 100%; font-size: 14px }
td { border-top: 1px solid var(--line); padding: .3rem .8rem .3rem 0; vertical-align: top; overflow-wrap: anywhere }
tr:first-child td { border-top: 0 }
td:first-child { width: 28% } td:nth-child(2) { width: 30%; color: var(--soft) }
td:first-child, td:nth-child(2) { font: 13px/1.6 ui-monospace, monospace }
td b { color: var(--delete) } small { color: var(--soft) }
dl { display: grid; grid-template-columns: 3rem 1fr; gap: .15rem .5rem; margin: 0; font-size: 14px } dd { margin: 0 }
dt { color: var(--delete); font-family: ui-monospace, monospace } dt.good { color: var(--get) }
:target > summary { font-weight: 600 } tr:target td { background: var(--panel) }
[hidden] { display: none }
@media (max-width: 50rem) { body { display: block } nav { position: static; height: auto; max-height: 45vh;
  border-right: 0; border-bottom: 1px solid var(--line) } td { display: block; width: auto !important; border: 0; padding: 0 }
  td:first-child { padding-top: .5rem } }
`

/** Opens what a link leads to, and leaves what does not have every word that is searched for. */
export const script = `
const search = document.querySelector('input')
const entries = [...document.querySelectorAll('.entry')].map((entry) => ({
  entry, link: document.querySelector('nav a[href="#' + CSS.escape(entry.id) + '"]'), text: entry.textContent.toLowerCase(),
}))
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  const entry = target && target.closest('details')
  if (entry) { entry.open = true; target.scrollIntoView() }
}
const filter = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
  for (const { entry, link, text } of entries) {
    entry.hidden = !words.every((word) => text.includes(word))
    if (link) link.hidden = entry.hidden
  }
  for (const section of document.querySelectorAll('main section')) {
    section.hidden = words.length > 0 && !section.querySelector('.entry:not([hidden])')
  }
}
search.addEventListener('input', filter)
addEventListener('hashchange', open)
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === search) return
  event.preventDefault()
  search.focus()
})
open()
`
