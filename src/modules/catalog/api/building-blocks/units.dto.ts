import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class RateUnitMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Heat used' })
  name!: string;

  @ApiProperty({
    description:
      'EXPRESSION: the quantity is computed from what the record carries. METER_DIFFERENCE: it is the difference to the reading before.',
    enum: ['EXPRESSION', 'METER_DIFFERENCE'],
    example: 'METER_DIFFERENCE',
  })
  kind!: string;

  @ApiPropertyOptional({
    description:
      'With EXPRESSION: in CEL, the Common Expression Language, exactly and without doubles: names are quantities of the record, `attributes.name` its texts, and `math.ceil`, `math.floor` and the like are there.',
  })
  expression?: string;

  @ApiPropertyOptional({
    description: 'With METER_DIFFERENCE: the quantity of the record that is the reading.',
    example: 'reading',
  })
  reading?: string;

  @ApiPropertyOptional({
    description: 'With METER_DIFFERENCE: the reading at which the meter begins at 0 again.',
    example: '100000',
  })
  rolloverAt?: string;

  @ApiProperty({ description: 'What it counts.', example: 'kWh' })
  unit!: string;
}

export class TimeRowDto {
  @ApiProperty({ description: 'What this time is called; several rows may say the same.', example: 'PEAK' })
  name!: string;

  @ApiProperty({
    description:
      'The days on which the row begins: MONDAY to SUNDAY, WEEKDAY, WEEKEND, ANYDAY, ANYHOLIDAY, or names of holidays.',
    type: [String],
    example: ['WEEKDAY'],
  })
  days!: readonly string[];

  @ApiPropertyOptional({ description: 'Inclusive.', default: '00:00', example: '08:00' })
  from!: string;

  @ApiPropertyOptional({
    description: 'Exclusive; 24:00 is the end of the day; not after `from` means on the next day.',
    default: '24:00',
    example: '20:00',
  })
  to!: string;
}

export class HolidayDto {
  @ApiProperty({ description: 'Its name.', example: 'CHRISTMAS' })
  name!: string;

  @ApiProperty({ description: 'Its days.', type: [String], example: ['2026-12-25', '2026-12-26'] })
  dates!: readonly string[];
}

export class TimeUnitMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Peak hours' })
  name!: string;

  @ApiPropertyOptional({
    description:
      'Whose wall clock: an IANA zone, TENANT (the system property `timeZone`), or RECORD (what `attribute` of the record says).',
    default: 'TENANT',
    example: 'Europe/Berlin',
  })
  zone!: string;

  @ApiPropertyOptional({
    description:
      'With RECORD: the attribute with the zone of the record, such as Europe/Berlin, or its offset, +02:00.',
  })
  attribute?: string;

  @ApiProperty({
    description: 'No two may cover the same minute. On a holiday its own rows hold, then those of ANYHOLIDAY.',
    type: () => [TimeRowDto],
  })
  rows!: readonly TimeRowDto[];

  @ApiPropertyOptional({ description: 'The calendar of holidays.', type: () => [HolidayDto] })
  holidays!: readonly HolidayDto[];

  @ApiPropertyOptional({
    description: 'What every other minute is called; needed unless the rows cover the whole week.',
    example: 'OFFPEAK',
  })
  otherwise?: string;
}

export class PrefixRowDto {
  @ApiProperty({
    description:
      'The start of a number with a star, a whole number without, or a lone star for all; one or a list. The longest that fits wins, a whole number before all.',
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    example: '44123*',
  })
  prefix!: string | readonly string[];

  @ApiProperty({ description: 'Its zone.', example: 'UK_MOBILE' })
  zone!: string;
}

export class PlaceDto {
  @ApiProperty({ description: 'As records name it.', example: 'BERLIN' })
  name!: string;

  @ApiProperty({ description: 'Degrees, north positive.', example: '52.52' })
  latitude!: string;

  @ApiProperty({ description: 'Degrees, east positive.', example: '13.405' })
  longitude!: string;
}

export class DistanceBandDto {
  @ApiPropertyOptional({ description: 'Kilometres, inclusive; absent of the last band.', example: '50' })
  upTo?: string;

  @ApiProperty({ description: 'Its zone.', example: 'LOCAL' })
  zone!: string;
}

class DistanceMembers {
  @ApiPropertyOptional({ description: 'With DISTANCE: the attribute that names the place of departure.' })
  from?: string;

  @ApiPropertyOptional({ description: 'With DISTANCE: the attribute that names the place of arrival.' })
  to?: string;

  @ApiPropertyOptional({ description: 'With DISTANCE, up to 10,000.', type: () => [PlaceDto] })
  places?: readonly PlaceDto[];

  @ApiPropertyOptional({
    description: 'With DISTANCE: zones by distance on the earth, ascending; the last is open.',
    type: () => [DistanceBandDto],
  })
  bands?: readonly DistanceBandDto[];
}

export class ZoneUnitMembers extends DistanceMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'British numbers' })
  name!: string;

  @ApiPropertyOptional({
    description: 'PREFIX: by the longest prefix of an attribute. DISTANCE: by the distance of two places.',
    enum: ['PREFIX', 'DISTANCE'],
    default: 'PREFIX',
    example: 'PREFIX',
  })
  kind!: string;

  @ApiPropertyOptional({ description: 'With PREFIX: the attribute of the record that is looked at.', example: 'to' })
  attribute?: string;

  @ApiPropertyOptional({ description: 'With PREFIX, up to 100,000 prefixes.', type: () => [PrefixRowDto] })
  rows?: readonly PrefixRowDto[];
}

export class ZoneUnitShown extends DistanceMembers {
  @ApiProperty({ description: 'For people.', example: 'British numbers' })
  name!: string;

  @ApiProperty({ description: 'By prefix or by distance.', enum: ['PREFIX', 'DISTANCE'], example: 'PREFIX' })
  kind!: string;

  @ApiPropertyOptional({ description: 'With PREFIX: the attribute of the record that is looked at.', example: 'to' })
  attribute?: string;

  @ApiPropertyOptional({
    description: 'With PREFIX: how many there are; `GET /v1/zone-units/{id}/prefixes` shows them.',
    type: 'integer',
    example: 4,
  })
  prefixCount?: number;

  @ApiPropertyOptional({ description: 'With PREFIX: its zones.', type: [String], example: ['UK', 'UK_MOBILE'] })
  zones?: readonly string[];
}
