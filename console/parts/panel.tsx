import type { ComponentChildren } from 'preact'
import { type Route, routeText } from '../state/route'
import { shortId } from '../state/time'

interface PanelProps {
  title: string
  /** Where one is when it is closed. */
  closeTo: Route
  children: ComponentChildren
}

/** What is selected, whole. On a phone it is a page of its own. */
export const Panel = ({ title, closeTo, children }: PanelProps) => (
  <aside class="panel" aria-label={title}>
    <header>
      <a class="back" href={routeText(closeTo)} data-close aria-label="Close the panel">
        ✕
      </a>
      <h2 dir="auto">{title}</h2>
    </header>
    <div class="scroll body">{children}</div>
  </aside>
)

/** For an address that leads to nothing. */
export const NothingHere = ({ what, id, closeTo }: { what: string; id: string; closeTo: Route }) => (
  <Panel title={`No such ${what}`} closeTo={closeTo}>
    <p>
      There is no {what} <code title={id}>{shortId(id)}</code> here. It may have been deleted, or the address
      is of another server.
    </p>
  </Panel>
)
