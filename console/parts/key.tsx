/** The key that does the same; said by no screen reader, whose own keys come first. */
export const Key = ({ name }: { name: string }) => (
  <span class="key" aria-hidden="true">
    {name}
  </span>
)
