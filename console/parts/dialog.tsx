import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  onClose(): void
  children: ComponentChildren
}

/** Asks something of the person; Escape takes it away, and the focus goes back to where it was. */
export const Dialog = ({ title, onClose, children }: DialogProps) => {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const { current } = element
    current?.showModal()
    return () => current?.close()
  }, [])
  return (
    <dialog ref={element} aria-labelledby={titleId} onCancel={onClose} onClose={onClose}>
      <header>
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </header>
      {children}
    </dialog>
  )
}

interface ConfirmProps {
  title: string
  /** What will be lost. */
  children: ComponentChildren
  deed: string
  onConfirm(): void
  onClose(): void
}

/** Before what cannot be undone. */
export const Confirm = ({ title, children, deed, onConfirm, onClose }: ConfirmProps) => (
  <Dialog title={title} onClose={onClose}>
    <div class="say">{children}</div>
    <footer>
      <button type="button" onClick={onClose}>
        Keep it
      </button>
      <button
        type="button"
        class="danger"
        onClick={() => {
          onConfirm()
          onClose()
        }}
      >
        {deed}
      </button>
    </footer>
  </Dialog>
)
