import type { ComponentChildren } from 'preact'

interface CheckFieldProps {
  isChecked: boolean
  onChange(isChecked: boolean): void
  class?: string
  title?: string | undefined
  dir?: 'auto'
  children: ComponentChildren
}

export const CheckField = ({
  isChecked,
  onChange,
  class: more = '',
  children,
  ...props
}: CheckFieldProps) => (
  <label class={`check ${more}`.trim()} {...props}>
    <input
      type="checkbox"
      checked={isChecked}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />{' '}
    {children}
  </label>
)
