import { change, get } from './api.js';
import { act, byId, create, onSubmit } from './dom.js';

/** Makes the form for a new report work, and the buttons that approve one. */
export function setUpReports(onProblem) {
  const form = byId('report-form');
  onSubmit(
    form,
    async ({ title }) => {
      await change('POST', '/api/reports', { title });
      form.reset();
      await showReports();
    },
    onProblem,
  );
  byId('reports').addEventListener('click', ({ target }) => {
    const { reportId } = target.dataset;
    if (reportId === undefined) return;
    act(
      target,
      byId('reports-problem'),
      async () => {
        await change('POST', `/api/reports/${reportId}/approve`);
        await showReports();
      },
      onProblem,
    );
  });
}

/** Shows the reports that the user may see. */
export async function showReports() {
  const { reports } = await get('/api/reports');
  byId('reports').replaceChildren(
    ...(reports.length === 0
      ? [create('li', { className: 'hint' }, 'Nothing yet.')]
      : reports.map(createItem)),
  );
}

function createItem({ id, title, authorRole, isApproved, isApprovable }) {
  const text = create('span', {}, title, create('span', { className: 'hint' }, `by ${authorRole}`));
  if (isApproved) return create('li', {}, text, create('span', { className: 'badge good' }, 'approved'));
  if (!isApprovable) return create('li', {}, text, create('span', { className: 'badge' }, 'open'));
  const button = create('button', { type: 'button' }, 'Approve');
  button.dataset.reportId = id;
  button.ariaLabel = `Approve: ${title}`;
  return create('li', {}, text, button);
}
