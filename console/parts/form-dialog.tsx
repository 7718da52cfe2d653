import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { reasonOf } from '../state/actions'
import { Dialog } from './dialog'
import { FormEnd } from './form-end'

interface FormDialogProps {
  title: string
  /** What the button says, and what it says while the server is asked. */
  submit: string
  submitting: string
  /** What has not happened where the server refuses. */
  refused: string
  isReady: boolean
  children: ComponentChildren
  onClose(): void
  /** Throws what the server answers: then the dialog stays, with all that was written. */
  onSubmit(): Promise<void>
}

/** A dialog that is sent, and stays until the server has taken it. */
export const FormDialog = (props: FormDialogProps) => {
  const { title, submit, submitting, refused, isReady, children, onClose, onSubmit } = props
  const problem = useSignal('')
  const isSending = useSignal(false)
  const send = async () => {
    isSending.value = true
    problem.value = ''
    try {
      await onSubmit()
    } catch (error) {
      problem.value = reasonOf(error)
    } finally {
      isSending.value = false
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        {children}
        <FormEnd
          {...{ submit, submitting, isReady }}
          problem={problem.value === '' ? undefined : `${refused}: ${problem.value}`}
          isSending={isSending.value}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}
