import { useSignal } from '@preact/signals'

/** A command to be copied: whole, whatever is shown of it. */
export const Command = ({ text }: { text: string }) => {
  const isCopied = useSignal(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      isCopied.value = true
      setTimeout(() => {
        isCopied.value = false
      }, 2000)
    } catch {
      // Without leave to write there, it can still be selected.
    }
  }
  return (
    <span class="command">
      <code>{text}</code>
      <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy: ${text}`}>
        {isCopied.value ? 'Copied' : 'Copy'}
      </button>
    </span>
  )
}
