import { Body, Controller, Get, Headers, Inject, Param, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { pageOf } from '../../../shared/http/page.js';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { notFound, ProblemException } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { invalidRequest } from '../../../shared/http/validation.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import { parseInstant } from '../../../shared/kernel/fields.js';
import { CatalogQueries } from '../application/catalog.queries.js';
import { PutPricing } from '../application/put-pricing.command.js';
import { catalogRefusals } from './catalog.refusals.js';
import { priceOfferDetailsView, priceOfferView } from './catalog.views.js';
import {
  PriceOfferDetailsDto,
  PriceOfferPage,
  PriceOffersQuery,
  PricingAnswerDto,
  PUT_PRICING_EXAMPLES,
  PutPricingRequest,
} from './price-offers.dto.js';

/** What a controller needs of Fastify's reply. */
interface Reply {
  header(name: string, value: string): unknown;
}

@ApiTags('Prices')
@Controller('v1/price-offers')
export class PriceOffersController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: CatalogQueries,
  ) {}

  @Get()
  @AllowReaders()
  @ApiOperation({
    summary: 'Price offers',
    description:
      'Every combination of plan, rate schedule, service and currency that the catalog feed made, by id; those that still wait for a price with status=SHELL.',
  })
  @ApiOkResponse({ type: PriceOfferPage })
  async list(@Caller() caller: Principal, @Query() query: PriceOffersQuery): Promise<PriceOfferPage> {
    return pageOf(await this.queries.priceOffers(caller.tenant, query, query), priceOfferView);
  }

  @Get(':priceOfferId')
  @AllowReaders()
  @ApiOperation({
    summary: 'One price offer',
    description: 'With every version its price ever had. The ETag is the newest version.',
  })
  @ApiParam({ name: 'priceOfferId', description: 'The offer.', example: 'MOBILE_M.STANDARD.MOBILE.EUR' })
  @ApiOkResponse({ type: PriceOfferDetailsDto })
  @ApiProblems({
    404: 'There is no such price offer (`catalog/price-offer-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('priceOfferId') priceOfferId: string,
    @Query() query: MinPositionQuery,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<PriceOfferDetailsDto> {
    const offer = await this.queries.priceOffer(caller.tenant, priceOfferId, query.minPosition);
    if (offer === undefined) {
      throw notFound('catalog/price-offer-not-found', `There is no price offer ${priceOfferId}`);
    }
    reply.header('etag', `"${offer.version}"`);
    const versions = await this.queries.priceVersions(caller.tenant, priceOfferId);
    return priceOfferDetailsView(offer, versions);
  }

  @Put(':priceOfferId/pricing')
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Put a price on an offer',
    description:
      'Becomes a new version; versions never change. Usage in suspense for want of a price becomes money when it is reprocessed. With If-Match nobody else’s price is passed over unseen.',
  })
  @ApiParam({ name: 'priceOfferId', description: 'The offer.', example: 'MOBILE_M.STANDARD.MOBILE.EUR' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The version that was seen last, as the ETag said it.' })
  @ApiBody({ type: PutPricingRequest, examples: PUT_PRICING_EXAMPLES })
  @ApiOkResponse({ type: PricingAnswerDto })
  @ApiProblems({
    404: 'There is no such price offer (`catalog/price-offer-not-found`): the catalog feed makes them.',
    412: 'Somebody put another price since the version in If-Match (`catalog/pricing-changed`).',
    422: 'The price is wrong; every error is named with its path (`catalog/pricing-invalid`).',
  })
  async put(
    @Caller() caller: Principal,
    @Param('priceOfferId') priceOfferId: string,
    @Body() body: PutPricingRequest,
    @Res({ passthrough: true }) reply: Reply,
    @Headers('if-match') ifMatch?: string,
    @Headers('idempotency-key') key?: string,
  ): Promise<PricingAnswerDto> {
    const effectiveFrom = parseInstant(body.effectiveFrom);
    if (effectiveFrom === undefined) {
      const message = 'must be an RFC 3339 instant, for example 2026-01-01T00:00:00Z';
      throw invalidRequest([{ path: 'effectiveFrom', message }]);
    }
    const { pricing, reason } = body;
    const expected = ifMatch === undefined ? {} : { expectedVersion: versionOf(ifMatch) };
    const command = new PutPricing({ priceOfferId, effectiveFrom, pricing, reason, ...expected });
    const submitted = await this.gateway.submit(caller, command, key === undefined ? {} : { key });
    const answer = answerOf(submitted, catalogRefusals);
    reply.header('etag', `"${answer.version}"`);
    return { ...answer, effectiveFrom: instantToString(answer.effectiveFrom) };
  }
}

function versionOf(ifMatch: string): number {
  const match = /^"?(\d{1,9})"?$/.exec(ifMatch);
  if (match !== null) return Number(match[1]);
  throw new ProblemException(400, {
    code: 'catalog/if-match-invalid',
    message: 'If-Match must be one ETag as GET /v1/price-offers/{priceOfferId} gave it, for example "3"',
  });
}
