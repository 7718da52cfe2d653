/** Keys of the whole page. They are off in text fields and while a dialog is open. */
import { asking, choose, chosen, currentProject, go, route, store } from './app'
import { askSpawn } from './ask-spawn'
import { beginPrefix, endPrefix, isPrefixed } from './parts/prefix'
import type { ViewName } from './state/route'

export const keyHelp: readonly (readonly [keys: string, text: string])[] = [
  ['g i', 'Inbox'],
  ['g a', 'Agents'],
  ['g b', 'Board'],
  ['g v', 'Activity'],
  ['j k', 'Next, previous'],
  ['h l', 'Column to the left, to the right'],
  ['Enter', 'Open'],
  ['Esc', 'Back'],
  ['/', 'Search'],
  ['n', 'New task'],
  ['m', 'Move the task to…'],
  ['x', 'Choose the task'],
  ['s', 'Spawn an agent'],
  ['t', 'Tell the agent; answer in words'],
  ['a', 'Allow once (inbox)'],
  ['A', 'Allow always (inbox)'],
  ['d', 'Deny (inbox)'],
  ['1 … 9', 'Answer with that option (inbox)'],
  ['?', 'These keys'],
]

const viewOf: Readonly<Record<string, ViewName>> = { i: 'inbox', a: 'agents', b: 'board', v: 'activity' }

export const onKey = (event: KeyboardEvent): void => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  if (asking.peek() || document.querySelector('dialog[open]')) return
  const isAfterG = isPrefixed()
  endPrefix()
  const view = viewOf[event.key]
  if (isAfterG && view) toView(view)
  else if (event.key === 'g') beginPrefix()
  else if (!deeds[event.key]?.()) return
  event.preventDefault()
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest('textarea, select, input:not([type=checkbox]), [contenteditable]') !== null

const toView = (view: ViewName) => {
  const projectId = currentProject.peek()
  go({ view, ...(view === 'board' && projectId !== undefined && { projectId }) })
}

const did = (deed: () => void) => () => {
  deed()
  return true
}

/** What each key does, and whether it did. */
const deeds: Readonly<Record<string, () => boolean>> = {
  j: () => moveFocus(1),
  k: () => moveFocus(-1),
  h: () => moveAcross(-1),
  l: () => moveAcross(1),
  '/': did(() => document.getElementById('search')?.focus()),
  '?': did(() => (asking.value = { kind: 'keys' })),
  n: did(() => {
    const projectId = currentProject.peek()
    asking.value = projectId === undefined ? { kind: 'project' } : { kind: 'task', projectId }
  }),
  s: did(askSpawn),
  m: () => {
    const taskId = taskInHand()
    if (taskId !== undefined) asking.value = { kind: 'move', taskId }
    return taskId !== undefined
  },
  x: () => {
    const taskId = taskInHand()
    if (taskId !== undefined) choose(taskId, !chosen.peek().has(taskId))
    return taskId !== undefined
  },
  t: () => {
    const box = document.querySelector<HTMLElement>('[data-tell]')
    const tab = [...document.querySelectorAll<HTMLElement>('[role=tab]')].find(
      ({ textContent }) => textContent === 'Messages',
    )
    if (box) box.focus()
    else tab?.click()
    if (!box && tab) requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-tell]')?.focus())
    return Boolean(box ?? tab)
  },
  Escape: () => {
    const { view, projectId, id } = route.peek()
    if (id === undefined) return false
    go({ view, ...(projectId !== undefined && { projectId }) })
    requestAnimationFrame(() => rowOf(id)?.focus())
    return true
  },
}

const taskInHand = (): string | undefined => {
  const focused = document.activeElement?.closest('[data-task]')?.getAttribute('data-task')
  const { id } = route.peek()
  return focused ?? (id !== undefined && store.tasks.peek(id) ? id : undefined)
}

const rowOf = (id: string) => document.querySelector<HTMLElement>(`main [data-row="${CSS.escape(id)}"]`)

const lists = () =>
  [...document.querySelectorAll<HTMLElement>('main [data-list]')].filter((list) => list.children.length > 0)

/** The row at a place of a list, as long as it is drawn. */
const rowAt = (list: Element | undefined, place: number) =>
  list?.querySelector<HTMLElement>(`:scope > [aria-posinset="${place}"] [data-row]`) ?? undefined

const here = () => {
  const row = document.activeElement?.closest('[aria-posinset]')
  const list = row?.closest<HTMLElement>('[data-list]') ?? undefined
  return { list, place: Number(row?.getAttribute('aria-posinset') ?? 0) }
}

const lastPlace = (list: Element | undefined): number =>
  Number(list?.firstElementChild?.getAttribute('aria-setsize') ?? 0)

/** To the next row or the one before; at the end of a list, to the next list. */
const moveFocus = (step: 1 | -1): boolean => {
  const all = lists()
  const { list, place } = here()
  const index = list ? all.indexOf(list) : -1
  const selected = route.peek().id
  const start = selected === undefined ? undefined : rowOf(selected)
  const next =
    index < 0 ? (start ?? rowAt(all[0], 1)) : (rowAt(list, place + step) ?? beyond(all[index + step], step))
  next?.focus()
  return next !== undefined
}

const beyond = (list: HTMLElement | undefined, step: 1 | -1) => rowAt(list, step === 1 ? 1 : lastPlace(list))

const moveAcross = (step: 1 | -1): boolean => {
  const all = lists()
  const { list, place } = here()
  const target = all[(list ? all.indexOf(list) : -1) + step]
  const next = rowAt(target, Math.min(place, lastPlace(target))) ?? rowAt(target, 1)
  next?.focus()
  return next !== undefined
}
