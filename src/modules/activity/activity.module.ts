import { Inject, Module } from '@nestjs/common';
import { Projections } from '../../shared/read-models/projections.js';
import { UserActivitiesController } from './api/user-activities.controller.js';
import { UserActivitiesQueries } from './application/user-activities.queries.js';
import { userActivitiesProjection } from './projections/user-activities.projection.js';

@Module({ controllers: [UserActivitiesController], providers: [UserActivitiesQueries] })
export class ActivityModule {
  constructor(@Inject(Projections) projections: Projections) {
    projections.register(userActivitiesProjection);
  }
}
