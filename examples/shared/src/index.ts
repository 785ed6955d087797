export { forPages } from './for-pages.js';
export type { EmployeeSystem } from './open-employee-system.js';
export { payroll } from './payroll.js';
export { type Problem, problemOf, problems, problemType } from './problem.js';
export { readReportTitle } from './report-input.js';
export { type ListeningServer, runServer } from './run-server.js';
export { pagesFolder, publicFolder } from './web-page.js';
