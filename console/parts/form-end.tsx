interface FormEndProps {
  /** Why the server has refused it, as a sentence. */
  problem: string | undefined
  /** What the button says, and what it says while the server is asked. */
  submit: string
  submitting: string
  isSending: boolean
  isReady: boolean
  onCancel(): void
}

/** The end of a form: what was refused, and its two buttons. */
export const FormEnd = ({ problem, submit, submitting, isSending, isReady, onCancel }: FormEndProps) => (
  <>
    {problem !== undefined && (
      <p role="alert" class="bad">
        {problem}
      </p>
    )}
    <footer>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
      <button type="submit" class="main" disabled={isSending || !isReady}>
        {isSending ? submitting : submit}
      </button>
    </footer>
  </>
)
