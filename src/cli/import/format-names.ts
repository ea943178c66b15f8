/** What can be imported, in the order in which a file is taken for one of them. */
export const FORMAT_NAMES = ['file-sd', 'ssh', 'ansible', 'csv', 'hosts', 'list'] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];
