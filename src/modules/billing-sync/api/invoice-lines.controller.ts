import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { pageOf } from '../../../shared/http/page.js';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { ReasonDto } from '../../../shared/http/reason.dto.js';
import { BillingQueries } from '../application/billing.queries.js';
import {
  NoteInvoiceLines,
  PollInvoiceLines,
  type GivenInvoiceLine,
  type NoteAnswer,
  type PollAnswer,
} from '../application/commands.js';
import { InvoiceLinePage, InvoiceLineWithLinesDto, UnmatchedInvoiceLinePage } from './billing-answer.dto.js';
import { InvoiceLinesQuery } from './billing-list.dto.js';
import {
  InvoiceLinesRequestDto,
  NoteAnswerDto,
  PollAnswerDto,
  type GivenInvoiceLineDto,
} from './billing-request.dto.js';
import { billingSyncRefusals } from './billing-sync.refusals.js';
import { invoiceLineView, invoiceLineWithLinesView, unmatchedView } from './billing.views.js';

const KEY = { name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' };

@ApiTags('Invoice lines')
@Controller('v1/invoice-lines')
export class InvoiceLinesController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: BillingQueries,
  ) {}

  @Post()
  @HttpCode(200)
  @Allow('operator')
  @ApiOperation({
    summary: 'Webhook of the billing system: lines were invoiced',
    description:
      'Notes on which invoice line our lines stand. The same lines again change nothing; a line that is not ours, or stands on another invoice already, is named in the answer and kept.',
  })
  @ApiHeader(KEY)
  @ApiOkResponse({ type: NoteAnswerDto })
  async note(
    @Caller() caller: Principal,
    @Body() body: InvoiceLinesRequestDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<NoteAnswerDto> {
    const command = new NoteInvoiceLines({ lines: body.lines.map(givenLine) });
    const submitted = await this.gateway.submit<NoteAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, billingSyncRefusals);
  }

  @Post('polls')
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Ask the billing system what it has invoiced',
    description: 'Asks for every acknowledged line that has no invoice yet. Part of the daily job INVOICE_LINES.',
  })
  @ApiHeader(KEY)
  @ApiAcceptedResponse({ type: PollAnswerDto })
  @ApiProblems({ 409: 'No billing system is configured (`billing-sync/not-configured`).' })
  async poll(
    @Caller() caller: Principal,
    @Body() body: ReasonDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<PollAnswerDto> {
    const command = new PollInvoiceLines({ reason: body.reason });
    const submitted = await this.gateway.submit<PollAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, billingSyncRefusals);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'Invoice lines', description: 'Newest first; of one invoice in its order.' })
  @ApiOkResponse({ type: InvoiceLinePage })
  async list(@Caller() caller: Principal, @Query() query: InvoiceLinesQuery): Promise<InvoiceLinePage> {
    return pageOf(await this.queries.invoiceLines(caller.tenant, query, query), invoiceLineView);
  }

  @Get('unmatched')
  @AllowReaders()
  @ApiOperation({
    summary: 'Invoice lines that fit none of our lines',
    description: 'What the billing system told us and we could not note, with why; newest first.',
  })
  @ApiOkResponse({ type: UnmatchedInvoiceLinePage })
  async unmatched(@Caller() caller: Principal, @Query() query: ListQuery): Promise<UnmatchedInvoiceLinePage> {
    return pageOf(await this.queries.unmatched(caller.tenant, query), unmatchedView);
  }

  @Get(':invoiceNo/:invoiceLineNo')
  @AllowReaders()
  @ApiOperation({ summary: 'One invoice line', description: 'With the aggregated lines that are in it.' })
  @ApiParam({ name: 'invoiceNo', description: 'The invoice.', example: 'INV-000001' })
  @ApiParam({ name: 'invoiceLineNo', description: 'The line of it, from 1.', example: 1 })
  @ApiOkResponse({ type: InvoiceLineWithLinesDto })
  @ApiProblems({
    404: 'No such invoice line is known (`billing-sync/invoice-line-not-found`): poll, or wait for the webhook.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('invoiceNo') invoiceNo: string,
    @Param('invoiceLineNo') invoiceLineNo: string,
    @Query() query: MinPositionQuery,
  ): Promise<InvoiceLineWithLinesDto> {
    const number = /^[1-9]\d{0,8}$/.test(invoiceLineNo) ? Number(invoiceLineNo) : 0;
    const found = await this.queries.invoiceLine(caller.tenant, invoiceNo, number, query.minPosition);
    if (found === undefined) {
      throw notFound(
        'billing-sync/invoice-line-not-found',
        `No line ${invoiceLineNo} of invoice ${invoiceNo} is known: ask the billing system with POST /v1/invoice-lines/polls`,
      );
    }
    return invoiceLineWithLinesView(found.row, found.lines);
  }
}

/** Plain JSON, for the recorded payload. */
function givenLine({ lineId, invoiceNo, invoiceLineNo, amount, currency }: GivenInvoiceLineDto): GivenInvoiceLine {
  return { lineId, invoiceNo, invoiceLineNo, amount, currency };
}
