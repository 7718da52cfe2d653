import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  label: string
  hint?: string
  children(id: string, hintId: string | undefined): ComponentChildren
}

const Field = ({ label, hint, children }: FieldProps) => {
  const id = useId()
  const hintId = hint === undefined ? undefined : `${id}-hint`
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, hintId)}
      {hint !== undefined && (
        <small id={hintId} class="soft">
          {hint}
        </small>
      )}
    </div>
  )
}

interface TextFieldProps {
  label: string
  value: string
  onInput(value: string): void
  hint?: string
  /** Rows of a long text; 1: a line. */
  rows?: number
  type?: keyof typeof kinds
  isRequired?: boolean
  maxLength?: number
  placeholder?: string
}

const kinds = {
  text: { type: 'text' },
  date: { type: 'date' },
  number: { type: 'number' },
  password: { type: 'password' },
} as const

export const TextField = ({
  label,
  hint,
  value,
  onInput,
  rows = 1,
  isRequired,
  ...props
}: TextFieldProps) => (
  <Field label={label} {...(hint !== undefined && { hint })}>
    {(id, hintId) => {
      const shared = {
        id,
        value,
        dir: 'auto' as const,
        required: isRequired ?? false,
        maxLength: props.maxLength ?? 50_000,
        placeholder: props.placeholder ?? '',
        'aria-describedby': hintId,
      }
      return rows > 1 ? (
        <textarea {...shared} rows={rows} onInput={({ currentTarget }) => onInput(currentTarget.value)} />
      ) : (
        <input
          {...shared}
          {...kinds[props.type ?? 'text']}
          autocomplete="off"
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )
    }}
  </Field>
)

interface Choice {
  value: string
  label: string
}

interface ChoiceFieldProps {
  label: string
  value: string
  choices: readonly Choice[]
  onChange(value: string): void
  hint?: string
}

export const ChoiceField = ({ label, hint, value, choices, onChange }: ChoiceFieldProps) => (
  <Field label={label} {...(hint !== undefined && { hint })}>
    {(id, hintId) => (
      <select
        id={id}
        aria-describedby={hintId}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} selected={choice.value === value}>
            {choice.label}
          </option>
        ))}
      </select>
    )}
  </Field>
)
