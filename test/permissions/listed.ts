/** Cases on few lines: ` ¦ ` or a line break stands between them. */
export const listed = (text: string): string[] => text.trim().split(/\s*(?:¦|\n)\s*/)
