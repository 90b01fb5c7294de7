import { RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import type { Job, JobScheduleConfiguration } from '../domain/events.js';

export interface ScheduleAnswer {
  readonly name: string;
  readonly version: number;
}
export class CreateJobSchedule extends RecordedCommand<ScheduleAnswer> {
  readonly name = 'CreateJobSchedule';
  constructor(readonly payload: { readonly name: string; readonly configuration: JobScheduleConfiguration }) {
    super();
  }
}
export class ChangeJobSchedule extends RecordedCommand<ScheduleAnswer> {
  readonly name = 'ChangeJobSchedule';
  constructor(
    readonly payload: {
      readonly name: string;
      readonly configuration: JobScheduleConfiguration;
      readonly expectedVersion?: number;
    },
  ) {
    super();
  }
}

export interface ExecutionAnswer {
  readonly name: string;
  readonly businessDate: string;
  readonly jobs: readonly Job[];
}
/** Make the execution of a business date; `run`: and start it. */
export class CreateJobExecution extends RecordedCommand<ExecutionAnswer> {
  readonly name = 'CreateJobExecution';
  constructor(
    readonly payload: {
      readonly name: string;
      readonly businessDate: string;
      readonly by: 'TICK' | 'HAND';
      readonly run: boolean;
    },
  ) {
    super();
  }
}
export class ProcessJobExecution extends RecordedCommand<ExecutionAnswer> {
  readonly name = 'ProcessJobExecution';
  constructor(readonly payload: { readonly name: string; readonly businessDate: string }) {
    super();
  }
}
