import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { LIFECYCLE_STATUSES, type LifecycleStatus } from '../domain/events.js';

const ACCOUNT_SORTS = ['account', '-account', 'name', '-name', 'status', '-status'] as const;

export class AccountsQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'The account id contains this, ignoring case.', example: 'A00' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ description: 'The name contains this, ignoring case.', example: 'customer' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;

  @ApiPropertyOptional({ description: 'Exactly this status.', enum: LIFECYCLE_STATUSES, example: 'ACTIVE' })
  @IsOptional()
  @IsIn(LIFECYCLE_STATUSES)
  status?: LifecycleStatus;

  @ApiPropertyOptional({ description: 'Exactly this currency.', example: 'EUR' })
  @IsOptional()
  @IsString()
  @MaxLength(3)
  currency?: string;

  @ApiPropertyOptional({ description: 'Accounts that use or used exactly this service id.', example: '491510000001' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  serviceId?: string;

  @ApiPropertyOptional({ description: 'Default: by account id.', enum: ACCOUNT_SORTS, example: 'name' })
  @IsOptional()
  @IsIn(ACCOUNT_SORTS)
  sort?: (typeof ACCOUNT_SORTS)[number];
}

export class AccountVersionDto {
  @ApiProperty({ description: 'From when on it holds.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ description: 'Its name.', example: 'Customer 1' })
  name!: string;

  @ApiProperty({
    description: 'Usage of an account that is not ACTIVE is suspended.',
    enum: LIFECYCLE_STATUSES,
    example: 'ACTIVE',
  })
  status!: LifecycleStatus;

  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ description: 'Day of the month a billing cycle starts, 1 to 31.', example: 3 })
  billingDay!: number;

  @ApiProperty({ description: 'IANA name; cycles begin at its midnight.', example: 'Europe/Berlin' })
  timeZone!: string;
}

export class AccountDto extends AccountVersionDto {
  @ApiProperty({ description: 'Its id in the billing system.', example: 'A0000001' })
  account!: string;
}

export class AccountDetailsDto extends AccountDto {
  @ApiProperty({ description: 'What the feed said, oldest start first.', type: () => [AccountVersionDto] })
  versions!: AccountVersionDto[];
}

export class AccountPage {
  @ApiProperty({ type: () => [AccountDto] })
  items!: AccountDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class ServiceIdDto {
  @ApiProperty({ description: 'Number, device or API key.', example: '491510000001' })
  serviceId!: string;

  @ApiProperty({ description: 'The service it uses.', example: 'MOBILE' })
  service!: string;

  @ApiProperty({ description: 'First instant of its use.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ description: 'First instant after it; null: no end.', example: null, nullable: true, type: String })
  effectiveTo!: string | null;
}

export class SubscriptionVersionDto {
  @ApiProperty({ description: 'From when on it holds.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ description: 'The plan.', example: 'MOBILE_M' })
  plan!: string;

  @ApiProperty({ description: 'The rate schedule of the plan.', example: 'STANDARD' })
  rateSchedule!: string;

  @ApiProperty({
    description: 'Usage of one that is not ACTIVE is suspended, and it pays nothing that recurs.',
    enum: LIFECYCLE_STATUSES,
    example: 'ACTIVE',
  })
  status!: LifecycleStatus;

  @ApiProperty({
    description: 'How many it has of what it is for (seats, lines): charges that recur count them.',
    example: '1',
  })
  units!: string;
}

export class SubscriptionDto extends SubscriptionVersionDto {
  @ApiProperty({ description: 'The master plan instance.', example: 'S0000001' })
  subscription!: string;

  @ApiProperty({ description: 'What the feed said, oldest start first.', type: () => [SubscriptionVersionDto] })
  versions!: SubscriptionVersionDto[];

  @ApiProperty({ description: 'Its service ids, the first 100.', type: () => [ServiceIdDto] })
  serviceIds!: ServiceIdDto[];

  @ApiProperty({ description: 'It has more service ids than are shown.', example: false })
  moreServiceIds!: boolean;
}

export class SubscriptionPage {
  @ApiProperty({ type: () => [SubscriptionDto] })
  items!: SubscriptionDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
