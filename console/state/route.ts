/** Where one is, as the part of the address behind its `#`. Pure. */

export type ViewName = 'inbox' | 'agents' | 'board' | 'activity'

export interface Route {
  view: ViewName
  /** Of the board: the project. */
  projectId?: string
  /** What the panel shows: a request, a session or a task. */
  id?: string
}

const views: readonly ViewName[] = ['inbox', 'agents', 'board', 'activity']

const isView = (name: string | undefined): name is ViewName => views.some((view) => view === name)

/** Whatever stands there leads somewhere: what cannot be read is the inbox. */
export const parseRoute = (hash: string): Route => {
  const [view, first, second] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decoded)
  if (!isView(view)) return { view: 'inbox' }
  if (view === 'board') return { view, ...(first && { projectId: first }), ...(second && { id: second }) }
  return { view, ...(first && { id: first }) }
}

export const routeText = ({ view, projectId, id }: Route): string => {
  const parts = view === 'board' ? [view, projectId, projectId && id] : [view, id]
  return `#/${parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => encodeURIComponent(part ?? ''))
    .join('/')}`
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
