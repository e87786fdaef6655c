export { type PanelGain, type Proposal, ProposalBook, type ProposalState, type Trial } from './book.ts';
export { heldPrompts, judgePanel, type PanelJudgement, paintPanel } from './panel.ts';
