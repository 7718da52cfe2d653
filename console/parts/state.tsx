import type { Look } from '../state/words'

/** A shape, a word and a colour. `isShort`: the word is there for screen readers alone. */
export const State = ({
  look: { shape, word, tone },
  isShort = false,
}: {
  look: Look
  isShort?: boolean
}) => (
  <span class={`state ${tone}`} title={word}>
    <span aria-hidden="true">{shape}</span>
    <span class={isShort ? 'unseen' : ''}> {word}</span>
  </span>
)
