import { instantToString } from '../../../shared/kernel/clock.js';
import type { PricingTrial, TriedCycle, TriedRecord } from '../domain/pricing/trial/try-pricing.js';
import type { TrialBalance } from '../domain/pricing/trial/trial-balances.js';
import type { PricingTrialDto, TriedBalanceDto, TriedCycleDto, TriedRecordDto } from './price-trial.dto.js';

export function trialView(trial: PricingTrial): PricingTrialDto {
  return {
    currency: trial.currency,
    amount: trial.amount,
    records: trial.records.map(recordView),
    cycles: trial.cycles.map(cycleView),
    withoutUsage: trial.withoutUsage.map(({ steps, ...charge }) => ({ ...charge, explanation: [...steps] })),
    balances: trial.balances.map(balanceView),
  };
}

function balanceView({ cycle, end, ...balance }: TrialBalance): TriedBalanceDto {
  return {
    ...balance,
    validFrom: cycle === null ? null : instantToString(cycle),
    validTo: end === null ? null : instantToString(end),
  };
}

function recordView({ cycle, amount, charges, suspended }: TriedRecord, record: number): TriedRecordDto {
  return {
    record,
    cycleStart: instantToString(cycle),
    amount,
    charges: charges.map(({ steps, impacts, ...charge }) => ({
      ...charge,
      impacts: [...impacts],
      explanation: [...steps],
    })),
    ...(suspended === undefined ? {} : { suspended }),
  };
}

function cycleView({ cycle, amount, volumes, trueUp }: TriedCycle): TriedCycleDto {
  return {
    cycleStart: instantToString(cycle),
    amount,
    volumes: volumes.map(({ steps, ...volume }) => ({ ...volume, explanation: [...steps] })),
    ...(trueUp === undefined ? {} : { trueUp: { amount: trueUp.amount, explanation: [...trueUp.steps] } }),
  };
}
