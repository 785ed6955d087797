/** What only the boss may see. */
export const payroll = [
  { position: 'Boss', salary: 14_200 },
  { position: 'Manager', salary: 7_300 },
  { position: 'Employee', salary: 4_900 },
] as const;
