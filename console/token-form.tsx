import { useSignal } from '@preact/signals'
import { useToken } from './app'
import { TextField } from './parts/field'

/** Asked for once; kept for this tab, sent in headers, and in no address. */
export const TokenForm = ({ isWrong }: { isWrong: boolean }) => {
  const token = useSignal('')
  return (
    <main class="empty" id="main">
      <h1 class="big">Maestro</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          useToken(token.value.trim())
        }}
      >
        {isWrong && (
          <p role="alert" class="bad">
            This token does not hold here.
          </p>
        )}
        <TextField
          label="Token"
          hint="The value of MAESTRO_API_TOKEN of this server. It is kept for this tab alone."
          type="password"
          isRequired
          value={token.value}
          onInput={(text) => (token.value = text)}
        />
        <button type="submit" class="main" disabled={token.value.trim() === ''}>
          Come in
        </button>
      </form>
    </main>
  )
}
