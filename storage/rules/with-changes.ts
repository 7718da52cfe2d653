/**
 * An entity with the changes of an update: a field that is absent keeps its value, one that is null is removed.
 * Only for fields that are optional in the entity, or that the update cannot clear.
 */
export const withChanges = <
  T extends object,
  C extends { [F in keyof C]: F extends keyof T ? T[F] | null | undefined : never },
>(
  entity: T,
  changes: C,
): T => {
  const changed: T = { ...entity }
  for (const field in changes) {
    const value = changes[field]
    if (value === undefined) continue
    if (value === null) Reflect.deleteProperty(changed, field)
    else Reflect.set(changed, field, value)
  }
  return changed
}

/** Gives an object of the caller's own the fields that it lacks. */
export const fillIn = <T extends object, D extends { [F in keyof D]: F extends keyof T ? T[F] : never }>(
  entity: T,
  missing: D,
): T => {
  for (const field in missing)
    if (Reflect.get(entity, field) === undefined) Reflect.set(entity, field, missing[field])
  return entity
}
