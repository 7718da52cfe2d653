export { isMissing as isMissingFile } from '../../storage/drivers/files/error-code'
export { reasonOf } from '../../storage/reason'
