/** The ways between pages, in one place: a page is named here and in pages.json only. */
export const HOME = "/pages/home/index";
export const LOGIN = "/pages/login/index";

/** The forms of the second package, by the kind of decision. */
const FORMS: Record<string, string> = {
  answer: "answer",
  ask: "ask",
  hand_over: "handover",
  decline: "decline",
  transfer: "transfer",
  propose: "propose",
  meet: "meet",
  move: "move",
  release: "release",
  withdraw_release: "withdraw",
  submit_proposal: "proposal",
  change_proposal: "redraft",
  merge: "merge",
  split: "split",
  judge: "judge",
  settle: "settle",
};

export function go(url: string): void {
  uni.navigateTo({ url });
}

export const caseUrl = (id: string) => `/pages/case/index?id=${encodeURIComponent(id)}`;

export function openCase(id: string): void {
  go(caseUrl(id));
}

/** The form of a kind of decision about a submission; what has no form of its own leads to the submission. */
export function openForm(kind: string, subject: string, more = ""): void {
  const form = FORMS[kind];
  if (form) go(`/act/${form}/index?id=${encodeURIComponent(subject)}${more}`);
  else if (subject && !here().startsWith(caseUrl(subject))) openCase(subject);
}

/** A proposal, and what it came from. */
export function openProposal(id: string, subject = ""): void {
  openForm("submit_proposal", subject, `&proposal=${encodeURIComponent(id)}`);
}

/** The words of a proposal that is not submitted yet. */
export function openRedraft(id: string, subject: string): void {
  openForm("change_proposal", subject, `&proposal=${encodeURIComponent(id)}`);
}

export function openOutbox(): void {
  go("/pages/outbox/index");
}

/** Back to where one came from; from a push, or after the page was loaded again, there is nothing behind. */
export function goBack(instead: string = HOME): void {
  if (getCurrentPages().length > 1) uni.navigateBack();
  else uni.reLaunch({ url: instead });
}

/** The page that is open, with its parameters, to come back to it after login. */
export function here(): string {
  const page = getCurrentPages().at(-1) as unknown as { $page?: { fullPath?: string }; route?: string } | undefined;
  return page?.$page?.fullPath ?? (page?.route ? `/${page.route}` : HOME);
}
