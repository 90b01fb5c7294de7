import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { INVOICE_LEVELS } from '../../domain/building-blocks/building-block.js';

export class ServiceTypeMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Voice' })
  name!: string;

  @ApiPropertyOptional({ description: 'What belongs to it.', default: '', example: 'Calls, fixed and mobile' })
  description!: string;
}

export class BillableServiceMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Support line' })
  name!: string;

  @ApiProperty({ description: 'The service type it belongs to.', example: 'VOICE' })
  serviceType!: string;

  @ApiPropertyOptional({ description: 'What can be used of it.', type: [String], example: ['CALL'] })
  usageTypes!: readonly string[];
}

export class UsageTypeMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Premium call' })
  name!: string;

  @ApiProperty({ description: 'Unit of its quantity.', example: 'second' })
  unit!: string;

  @ApiProperty({ description: 'The service type it belongs to.', example: 'VOICE' })
  serviceType!: string;
}

export class ChildPercentDto {
  @ApiProperty({ description: 'So many percent.', example: '5' })
  value!: string;

  @ApiProperty({ description: 'Of these children, which stand before it.', type: [String], example: ['CALL'] })
  of!: readonly string[];
}

export class ChildUsageTypeDto {
  @ApiProperty({ description: 'The usage type that the child is charged as.', example: 'CALL' })
  usageType!: string;

  @ApiPropertyOptional({
    description: 'A percentage of earlier children, instead of a rate of its own.',
    type: () => ChildPercentDto,
  })
  percent?: ChildPercentDto;
}

export class MultiRateMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Premium call' })
  name!: string;

  @ApiProperty({ description: 'What a record is charged for, in this order.', type: () => [ChildUsageTypeDto] })
  children!: readonly ChildUsageTypeDto[];

  @ApiPropertyOptional({
    description: 'PARENT: billed as one, under the parent’s usage type. CHILD: each under its own.',
    enum: INVOICE_LEVELS,
    default: 'PARENT',
    example: 'PARENT',
  })
  invoiceAt!: string;
}
